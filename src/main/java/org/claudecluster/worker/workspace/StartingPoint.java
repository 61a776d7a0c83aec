package org.claudecluster.worker.workspace;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.claudecluster.worker.files.FileTrees;

/**
 * A git directory of the worker's own that holds what a clone began with. The one in the workspace is its agent's, who
 * may have written programs into its configuration or thrown it away; this one has no configuration to speak of. Packs
 * are linked, so it takes no room as long as the agent keeps them.
 */
final class StartingPoint {

    private StartingPoint() {}

    /** Makes it from a fresh clone, before anything else has run in there. */
    static void keep(Path clone, String commit, Path gitDirectory) throws IOException {
        FileTrees.delete(gitDirectory);
        Path packs = Files.createDirectories(gitDirectory.resolve("objects/pack"));
        Files.createDirectories(gitDirectory.resolve("refs"));
        Files.writeString(gitDirectory.resolve("HEAD"), commit + "\n");
        boolean isSha1 = commit.length() == 40;
        Files.writeString(
                gitDirectory.resolve("config"),
                isSha1
                        ? "[core]\n\trepositoryformatversion = 0\n"
                        : "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n");
        try (DirectoryStream<Path> files = Files.newDirectoryStream(clone.resolve(".git/objects/pack"))) {
            for (Path file : files) {
                link(file, packs.resolve(file.getFileName()));
            }
        }
        if (Files.isDirectory(clone.resolve(".git/lfs"), LinkOption.NOFOLLOW_LINKS)) {
            Files.createFile(gitDirectory.resolve(GitDiff.LARGE_FILES));
        }
        Path shallow = clone.resolve(".git/shallow");
        if (Files.isRegularFile(shallow, LinkOption.NOFOLLOW_LINKS)) {
            Files.copy(shallow, gitDirectory.resolve("shallow"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void link(Path file, Path link) throws IOException {
        try {
            Files.createLink(link, file);
        } catch (FileSystemException | UnsupportedOperationException _) {
            // Another file system, or one without links.
            Files.copy(file, link);
        }
    }
}

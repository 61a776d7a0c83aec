package org.claudecluster.worker.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.claudecluster.worker.files.Disk;
import org.claudecluster.worker.files.FileTrees;
import org.jboss.logging.Logger;

/**
 * Makes room at once, also where something can't be removed: a file of root's, a busy mount, what an orphan still
 * writes. The old content gets another name beside it and goes later, when nobody who could wait for it is there any
 * more.
 */
public final class SetAside {

    private static final Logger LOG = Logger.getLogger(SetAside.class);
    /** Who ends orphans looks into it for those that are still at work in there. */
    public static final String ASIDE = ".aside";

    private final List<Path> directories;
    private final AtomicInteger names = new AtomicInteger();
    private final Set<Path> told = ConcurrentHashMap.newKeySet();

    /** Of what lies in these directories. */
    public SetAside(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /** Nothing but what can't even be renamed, such as a mount, is left in them afterwards; that is told. */
    public void all() {
        for (Path directory : directories) {
            try {
                for (Path entry : Disk.REAL.list(directory)) {
                    if (!String.valueOf(entry.getFileName()).equals(ASIDE)) {
                        move(entry);
                    }
                }
            } catch (IOException e) {
                LOG.warnf("what a predecessor left stays in %s: %s", directory, e);
            }
        }
    }

    private void move(Path entry) {
        try {
            rename(entry);
        } catch (IOException e) {
            LOG.warnf("what a predecessor left can't be moved, so it stays: %s: %s", entry, e);
        }
    }

    /** Makes sure that nothing is there under this name. */
    public void replace(Path entry) throws IOException {
        if (Disk.REAL.look(entry).isEmpty()) {
            return;
        }
        try {
            FileTrees.delete(entry);
        } catch (IOException e) {
            LOG.warnf("what an earlier run left can't be removed now: %s: %s", entry, e);
            rename(entry);
        }
    }

    private void rename(Path entry) throws IOException {
        Path aside = entry.resolveSibling(ASIDE);
        Disk.REAL.makeDirectories(aside);
        Path wanted = aside.resolve(entry.getFileName());
        while (Disk.REAL.look(wanted).isPresent()) {
            wanted = aside.resolve(entry.getFileName() + "-" + names.incrementAndGet());
        }
        Disk.REAL.rename(entry, wanted);
    }

    /** Removes what was set aside; what can't be removed is told and stays until the next time. */
    public void remove() {
        for (Path directory : directories) {
            try {
                FileTrees.delete(directory.resolve(ASIDE));
            } catch (IOException e) {
                if (told.add(directory)) {
                    LOG.warnf("can't be removed, do it by hand: %s: %s", directory.resolve(ASIDE), e);
                }
            }
        }
    }
}

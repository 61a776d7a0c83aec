package org.claudecluster.worker.api;

import java.util.ArrayList;
import java.util.List;
import org.claudecluster.worker.api.WorkspaceResource.ArtifactList;
import org.claudecluster.worker.api.WorkspaceResource.ArtifactView;
import org.claudecluster.worker.task.ArgumentText;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.workspace.Artifacts.Artifact;

/** Collects a list of files, until it is as long as an answer may be. The archive has the rest too. */
final class ArtifactListing {

    static final int MAX_FILES = 10_000;

    /** Of paths and URLs together: one path may have 25,000 bytes, three times that as a URL. */
    static final int MAX_BYTES = 4 * 1024 * 1024;

    private final TaskId task;
    private final List<ArtifactView> files = new ArrayList<>();
    private long bytes;
    private boolean isFull;

    ArtifactListing(TaskId task) {
        this.task = task;
    }

    /** False when the file had no room; none is to be added then. */
    boolean add(Artifact file) {
        ArtifactView view = ArtifactView.of(task, file);
        bytes += ArgumentText.utf8Length(view.path()) + view.url().length();
        isFull = files.size() == MAX_FILES || bytes > MAX_BYTES;
        return !isFull && files.add(view);
    }

    ArtifactList list() {
        return new ArtifactList(List.copyOf(files), isFull);
    }
}

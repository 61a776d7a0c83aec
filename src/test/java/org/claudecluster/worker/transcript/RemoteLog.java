package org.claudecluster.worker.transcript;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.claudecluster.worker.task.Lease;
import org.claudecluster.worker.task.TaskId;
import org.claudecluster.worker.task.store.StoreUnavailableException;

/** A log behind a network, which a test can make slow, or take away. What it takes is in files. */
final class RemoteLog implements TranscriptLog {

    /** How the network is. */
    enum Network {
        GOOD,
        /** Calls don't return. */
        STUCK,
        /** Calls fail. */
        AWAY,
        /** Somebody else has the lease. */
        LEASE_LOST
    }

    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger appends = new AtomicInteger();
    private final FileTranscriptLog files;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Network network = Network.GOOD;

    RemoteLog(Path directory) {
        files = new FileTranscriptLog(directory);
    }

    void become(Network wanted) {
        lock.lock();
        try {
            network = wanted;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Network pass() {
        lock.lock();
        try {
            while (network == Network.STUCK) {
                changed.awaitUninterruptibly();
            }
            if (network == Network.AWAY) {
                throw new StoreUnavailableException("away", new IllegalStateException("the test took it away"));
            }
            return network;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Appender open(Lease lease) {
        Appender appender = files.open(lease);
        return new Appender() {
            @Override
            public long lastSeq() {
                return appender.lastSeq();
            }

            @Override
            public boolean append(List<TranscriptRecord> records) {
                appends.incrementAndGet();
                return pass() != Network.LEASE_LOST && appender.append(records);
            }

            @Override
            public void close() {
                appender.close();
            }
        };
    }

    @Override
    public Reader read(TaskId task, long after) {
        Reader reader = files.read(task, after);
        return new Reader() {
            @Override
            public List<TranscriptRecord> next(int maxBytes) {
                reads.incrementAndGet();
                Network _ = pass();
                return reader.next(maxBytes);
            }

            @Override
            public void close() {
                reader.close();
            }
        };
    }

    @Override
    public OutputPlace seek(TaskId task, long offset) {
        Network _ = pass();
        return files.seek(task, offset);
    }

    @Override
    public boolean delete(TaskId task) {
        return files.delete(task);
    }
}

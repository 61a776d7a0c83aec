package org.claudecluster.worker.lifecycle;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.claudecluster.worker.task.Progress;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.result.Account;
import org.claudecluster.worker.task.result.Ending;
import org.claudecluster.worker.task.result.Outcome;
import org.claudecluster.worker.task.result.Reason;
import org.claudecluster.worker.task.result.Spent;
import org.claudecluster.worker.task.result.SpentBefore;
import org.claudecluster.worker.task.result.Verdict;
import org.claudecluster.worker.task.store.CredentialPause;
import org.claudecluster.worker.task.store.CredentialPauses;
import org.claudecluster.worker.task.store.Finish;
import org.claudecluster.worker.task.store.StoreException;
import org.jboss.logging.Logger;

/**
 * Decides what follows a run: back to the queue as if nothing had been, a wait for a reset, another attempt, or the end.
 * In this order; docs/reliability.md has it as a table.
 */
final class Sequel {

    private static final Logger LOG = Logger.getLogger(Sequel.class);
    /** From then on the credential is tried, see AuthWatch: soon at first, since a refusal may be of the moment. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    private final Parking parking;
    private final Retrying retrying;
    private final CredentialPauses pauses;

    Sequel(ParkRules parks, CredentialPauses pauses, InstantSource clock) {
        this.parking = new Parking(parks, clock);
        this.retrying = new Retrying(
                parks.maxWait(), clock, () -> ThreadLocalRandom.current().nextDouble());
        this.pauses = pauses;
    }

    /**
     * Decides it.
     *
     * @param before what the session had spent already
     */
    FinalWrite of(Task task, Verdict verdict, Progress progress, SpentBefore before) {
        Spent spent = verdict.result().map(told -> Spent.of(told, before)).orElse(Spent.UNKNOWN);
        Account account = new Account(Optional.empty(), verdict.outcome().ending(), spent, verdict.footprint());
        if (isUntouched(task, verdict, progress)) {
            return FinalWrite.GivenBack.drained(account);
        }
        holdOthersBack(verdict);
        return switch (parking.of(task.parks(), verdict)) {
            case Parking.Answer.Wait(var park) -> new FinalWrite.Parked(park, account);
            case Parking.Answer.Enough(Outcome outcome) -> ended(verdict.as(outcome), progress, account, before);
            case Parking.Answer.NoLimit _ ->
                retrying.of(task, verdict)
                        .<FinalWrite>map(requeue -> new FinalWrite.Retried(requeue, account))
                        .orElseGet(() -> ended(verdict, progress, account, before));
        };
    }

    /**
     * A run that the drain ended before its program was started, or before that printed anything, may be made again by
     * somebody else, uncounted. What a clone prints is not the program's; what ran has a footprint.
     */
    private static boolean isUntouched(Task task, Verdict verdict, Progress progress) {
        boolean notStarted = verdict.outcome().ending() instanceof Ending.NotStarted
                && verdict.footprint().isEmpty();
        return verdict.outcome().reason().equals(Optional.of(Reason.DRAINED))
                && (notStarted || progress.outputBytes() == 0)
                && task.attempt() < task.spec().maxAttempts();
    }

    private static FinalWrite ended(Verdict verdict, Progress progress, Account account, SpentBefore before) {
        return new FinalWrite.Ended(
                new Finish(verdict.outcome(), verdict.result().map(told -> told.billed(before)), progress, account));
    }

    /** Told before the end is, so that nobody who sees the end claims for the same credential and fails as well. */
    private void holdOthersBack(Verdict verdict) {
        Optional<Reason> reason = verdict.outcome().reason();
        if (reason.map(CredentialPause::new)
                        .filter(CredentialPause::endsByTrying)
                        .isEmpty()
                || verdict.credential().isEmpty()) {
            return;
        }
        try {
            pauses.pause(verdict.credential().get(), reason.get(), FIRST_PAUSE);
        } catch (StoreException e) {
            LOG.warnf("other workers are not told of the credential: %s", e.getMessage());
        }
    }
}

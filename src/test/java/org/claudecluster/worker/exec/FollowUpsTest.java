package org.claudecluster.worker.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.claudecluster.worker.task.Task;
import org.claudecluster.worker.task.TaskId;
import org.junit.jupiter.api.Test;

class FollowUpsTest {

    private final FollowUps followUps = new FollowUps();
    private final Task first = Runs.task("first", Duration.ofMinutes(1), Optional.empty());

    private Task followUp(Task earlier) {
        return Task.enqueued(
                TaskId.create(Instant.EPOCH),
                Runs.task("more", Duration.ofMinutes(1), Optional.empty())
                        .spec()
                        .following(earlier, new UUID(1, 1), "home"),
                Instant.EPOCH);
    }

    @Test
    void one_is_at_work_in_a_workspace_and_the_next_is_told_which() {
        Task one = followUp(first);
        Task two = followUp(first);
        assertThat(followUps.enter(one)).isEmpty();
        assertThat(followUps.enter(two)).contains(one.id());
        followUps.leave(two);
        assertThat(followUps.enter(followUp(one))).contains(one.id());
        followUps.leave(one);
        assertThat(followUps.enter(two)).isEmpty();
    }

    @Test
    void others_don_t_wait_for_it() {
        Task one = followUp(first);
        assertThat(followUps.enter(one)).isEmpty();
        assertThat(followUps.enter(one)).isEmpty();
        assertThat(followUps.enter(first)).isEmpty();
        assertThat(followUps.enter(followUp(Runs.task("else", Duration.ofMinutes(1), Optional.empty()))))
                .isEmpty();
    }
}

package org.claudecluster.worker.exec;

import static java.util.Objects.requireNonNull;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.claudecluster.worker.claude.AgentEvent;
import org.claudecluster.worker.claude.AgentStream;
import org.claudecluster.worker.claude.RunReport;
import org.claudecluster.worker.process.linux.ProcessExit;
import org.claudecluster.worker.task.store.TaskObserver;
import org.claudecluster.worker.terminal.Channel;
import org.claudecluster.worker.terminal.TerminalListener;
import org.claudecluster.worker.transcript.LiveTranscript;
import org.claudecluster.worker.transcript.WholeCharacters;
import org.claudecluster.worker.watchdog.RunActivity;

/** Carries the output of one terminal into the transcript and the report. Runs on the terminal's reading thread. */
final class PtySession implements TerminalListener {

    private final LiveTranscript transcript;
    private final TaskObserver observer;
    private final RunActivity signs;
    private final LongSupplier nanos;
    private final RunReport report;
    private final AgentStream agent;
    private final EnumMap<Channel, WholeCharacters> characters = new EnumMap<>(Channel.class);
    private final CompletableFuture<ProcessExit> exited = new CompletableFuture<>();
    private String lastMessage = "";

    PtySession(LiveTranscript transcript, TaskObserver observer, InstantSource clock, LongSupplier nanos) {
        this.transcript = transcript;
        this.report = new RunReport(clock);
        this.observer = observer;
        this.nanos = nanos;
        this.signs = new RunActivity(nanos);
        this.agent = new AgentStream(this::event, report::output);
        for (Channel channel : Channel.values()) {
            characters.put(channel, new WholeCharacters());
        }
    }

    @Override
    public void output(Channel channel, ByteBuffer bytes) {
        byte[] printed = new byte[bytes.remaining()];
        bytes.get(printed);
        if (signs.printed(printed)) {
            observer.firstByte(Duration.ofNanos(nanos.getAsLong() - signs.startedAt()));
        }
        observer.printed(printed.length);
        // Else a character of one channel could be torn by what the other prints meanwhile.
        write(characters(channel).add(printed));
        ByteBuffer view = ByteBuffer.wrap(printed);
        switch (channel) {
            case OUTPUT -> agent.accept(view);
            // No event: whoever prints one here is not the agent.
            case ERROR -> report.output(view);
        }
    }

    private void write(byte[] printed) {
        if (printed.length > 0) {
            transcript.output(printed);
        }
    }

    private WholeCharacters characters(Channel channel) {
        return requireNonNull(characters.get(channel));
    }

    @Override
    public boolean wantsOutput() {
        return transcript.hasRoom();
    }

    @Override
    public void exited(ProcessExit exit) {
        agent.finish();
        for (Channel channel : Channel.values()) {
            write(characters(channel).rest());
        }
        exited.complete(exit);
    }

    private void event(AgentEvent event) {
        String message = event.messageId();
        boolean startsTurn = !message.isEmpty() && !message.equals(lastMessage);
        lastMessage = startsTurn ? message : lastMessage;
        transcript.agent(event.json(), startsTurn);
        report.event(event);
        signs.event(event);
    }

    RunActivity signs() {
        return signs;
    }

    CompletableFuture<ProcessExit> exited() {
        return exited;
    }

    /** To be read after {@link #exited()} only. */
    RunReport report() {
        return report;
    }
}

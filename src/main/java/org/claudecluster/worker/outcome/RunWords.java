package org.claudecluster.worker.outcome;

import org.claudecluster.worker.claude.ResultLine;
import org.claudecluster.worker.task.result.Ending;

/** The sentences that tell people why a run failed: its own where it said one, else ours with its last words behind. */
final class RunWords {

    private RunWords() {}

    /** What the result line says; it names a subtype that nobody knows, or that has nothing to say. */
    static String ofResult(RunEnd end) {
        String words = end.told().result().map(ResultLine::words).orElse("").strip();
        if (!end.hasResult()) {
            return ofExit(end);
        }
        if (end.hasUnknownSubtype()) {
            String name = end.subtype().isEmpty() ? "no subtype" : "the subtype " + end.subtype();
            return with("the CLI told a result with " + name, words.isEmpty() ? lastWords(end) : words);
        }
        return words.isEmpty() ? with(end.subtype(), lastWords(end)) : words;
    }

    static String refusal(RunEnd end) {
        String words = end.told().result().map(ResultLine::words).orElse("").strip();
        return words.isEmpty() ? "the model refused to answer" : words;
    }

    /** How the program ended. */
    static String ofExit(RunEnd end) {
        String words = lastWords(end);
        return switch (end.exit()) {
            case Ending.Exited(int code)
            when end.saidSuccess() -> with("the CLI reported success, but ended with exit code " + code, words);
            case Ending.Exited(int code)
            when code == 0 || end.told().speaks() ->
                with("the CLI ended with exit code " + code + " and without a result", words);
            case Ending.Exited(int code) -> words.isEmpty() ? "exit code " + code : words;
            case Ending.Signalled(int signal) -> with("ended by signal " + signal, words);
            case Ending.NotStarted _ -> with("its end was not seen", words);
        };
    }

    private static String lastWords(RunEnd end) {
        return end.told().lastWords();
    }

    private static String with(String sentence, String words) {
        return words.isEmpty() ? sentence : sentence + ": " + words;
    }
}

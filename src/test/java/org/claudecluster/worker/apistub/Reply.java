package org.claudecluster.worker.apistub;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the stub does with a request. */
sealed interface Reply {

    /** A whole answer, one event at a time with {@code pace} after each piece of text. */
    record Message(List<Block> blocks, String stopReason, Duration pace, Map<String, String> headers) implements Reply {
        public Message {
            requireNonNull(stopReason, "stopReason");
            requireNonNull(pace, "pace");
            blocks = List.copyOf(blocks);
            headers = Map.copyOf(headers);
        }

        public Message(List<Block> blocks, String stopReason) {
            this(blocks, stopReason, Duration.ZERO, Map.of());
        }

        /** The figure is made up but always the same: a token for every four characters begun. */
        int outputTokens() {
            return blocks.stream()
                    .mapToInt(block -> Math.ceilDiv(Math.max(1, block.length()), 4))
                    .sum();
        }
    }

    record ApiError(int status, String type, String message, Map<String, String> headers) implements Reply {
        public ApiError {
            requireNonNull(type, "type");
            requireNonNull(message, "message");
            headers = Map.copyOf(headers);
        }
    }

    /** A stream that ends after these pieces, in an orderly way or by losing the connection. */
    record Cut(List<String> pieces, boolean dropped) implements Reply {
        public Cut {
            pieces = List.copyOf(pieces);
        }
    }

    /** Not one byte, until the stub closes. */
    record Hang() implements Reply {}

    /** A stream that begins with these pieces and then says nothing, until the stub closes. */
    record Stall(List<String> pieces) implements Reply {
        public Stall {
            pieces = List.copyOf(pieces);
        }
    }

    /** A stream of nothing but pings, until the stub closes or the client leaves. */
    record Pings(Duration every) implements Reply {
        public Pings {
            requireNonNull(every, "every");
        }
    }

    /** A part of an answer's content. */
    sealed interface Block {

        /** How long it is in characters of content. */
        int length();

        record Text(List<String> pieces) implements Block {
            public Text {
                pieces = List.copyOf(pieces);
            }

            /** Cut into pieces of at most {@code size} characters, never inside a surrogate pair. */
            static Text of(String text, int size) {
                List<String> pieces = new ArrayList<>();
                int from = 0;
                while (from < text.length()) {
                    int to = Math.min(text.length(), from + size);
                    to -= to < text.length() && Character.isLowSurrogate(text.charAt(to)) ? 1 : 0;
                    pieces.add(text.substring(from, to));
                    from = to;
                }
                return new Text(pieces);
            }

            String whole() {
                return String.join("", pieces);
            }

            @Override
            public int length() {
                return whole().length();
            }
        }

        record ToolUse(String name, JsonNode input) implements Block {
            public ToolUse {
                requireNonNull(name, "name");
                requireNonNull(input, "input");
            }

            @Override
            public int length() {
                return input.toString().length();
            }
        }
    }
}

package org.claudecluster.worker.api.http;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;

/**
 * Has long answers written no faster than their clients take them. A thread that is not the event loop's hands its writes
 * over to that, and the loop says only later that a client takes nothing: until then such an answer is in memory whole.
 */
@ApplicationScoped
public class PacedAnswers {

    /** How much of one answer may be on its way. */
    static final int WINDOW = 64 * 1024;

    private final CurrentVertxRequest current;

    PacedAnswers(CurrentVertxRequest current) {
        this.current = current;
    }

    /** The same answer to the current request, paced. To be written by a thread that may wait. */
    public StreamingOutput of(StreamingOutput body) {
        HttpServerResponse response = current.getCurrent().response();
        return out -> body.write(new Paced(out, response));
    }

    private static final class Paced extends FilterOutputStream {

        private final HttpServerResponse response;
        private int onItsWay;

        Paced(OutputStream out, HttpServerResponse response) {
            super(out);
            this.response = response;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            for (int written = 0; written < length; ) {
                int piece = Math.min(length - written, WINDOW - onItsWay);
                out.write(bytes, from + written, piece);
                written += piece;
                onItsWay += piece;
                if (onItsWay == WINDOW) {
                    awaitSent();
                }
            }
        }

        /** An empty write is done when all before it are. */
        private void awaitSent() throws IOException {
            out.flush();
            try {
                Void _ = response.write(Buffer.buffer())
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get();
                onItsWay = 0;
            } catch (ExecutionException e) {
                throw new IOException("the client is gone", e);
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }
}

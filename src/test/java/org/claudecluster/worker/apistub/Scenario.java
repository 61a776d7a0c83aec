package org.claudecluster.worker.apistub;

import java.util.Locale;

/**
 * What {@code [[stub:NAME ...]]} in a prompt can ask for. {@code times=K} means: the first K requests with exactly this
 * prompt, afterwards {@link #PLAIN}. {@code after=N} in one that fails: only once N tools have answered, which it calls
 * before. {@code account=NAME} in any: on whose bill the answers come ({@link Charge}).
 */
enum Scenario {
    /** {@code STUB_OK: } and the first 200 characters of the prompt. The scenario of a prompt without a directive. */
    PLAIN,
    /** {@code cmd="..."}: one Bash call, then {@code STUB_DONE } and its result. */
    BASH,
    /** {@code path=... content=...}: one Write call, then {@code STUB_DONE } and its result. */
    WRITE,
    /** {@code name=... input='{...}'}: one call of any tool (with --json-schema it is StructuredOutput), then as above. */
    TOOL,
    /** {@code cmd="true"}: another Bash call at every turn, for ever. */
    LOOP,
    /** {@code code=529 [retry-after=S] [should-retry=false] [times=K]}: an error of the API. */
    STATUS,
    /**
     * {@code [claim=five_hour] [in=3600] [retry-after=S] [status=rejected] [times=K]}: the usage limit of a subscription,
     * {@code in} seconds before it is lifted. With {@code status=allowed_warning} it is near: a plain answer that says so.
     */
    LIMIT,
    /** An empty answer with the stop reason {@code refusal}. */
    REFUSAL,
    /**
     * {@code [how=drop|end] [times=K] [always=true]}: half an answer, then the connection is lost, or the stream ends with
     * no last event. A repeat that does not stream is answered, unless {@code always}.
     */
    CUT,
    /** Never answers at all. */
    HANG,
    /** Begins to answer, then says nothing more. */
    STALL,
    /** {@code [ms=1000]}: pings and nothing else. */
    PINGS,
    /** {@code [n=20] [ms=100]}: n words, one every ms milliseconds. */
    SLOW,
    /** {@code [bytes=100000]}: one answer of that length. */
    BIG;

    static Scenario named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }
}

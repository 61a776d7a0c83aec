package org.claudecluster.worker.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** What is hardly HTTP any more. An answer need not come: half of it waits for the rest of a request. */
final class Nonsense {

    private static final String CLOSE = "Connection: close\r\n\r\n";

    private Nonsense() {}

    private static Sent of(String kind, String text) {
        return new Sent(kind, text.getBytes(ISO_8859_1), false, false);
    }

    /** A head that says one thing of its body, and a body that is another. */
    static Sent framing(Dice dice, String method, String path) {
        String start = method + " " + path + " HTTP/1.1\r\n" + Sent.HOST + "Content-Type: application/json\r\n"
                + (dice.oneIn(3) ? "" : "Connection: close\r\n");
        String rest = dice.pick(
                "Content-Length: -1\r\n\r\n",
                "Content-Length: 99999999999999999999\r\n\r\n",
                "Content-Length: 3000000\r\n\r\n{",
                "Content-Length: 2000000\r\n\r\n{\"prompt\"",
                "Content-Length: x\r\n\r\n",
                "Content-Length: +5\r\n\r\nhello",
                "Content-Length: 5, 5\r\n\r\nhello",
                "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 100\r\n\r\n{\"prompt\":\"x\"}",
                "Content-Length: 2\r\n\r\n{}GARBAGE / HTTP/1.1\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2;" + "e".repeat(20_000) + "\r\n{}\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nTrailer: " + "t".repeat(20_000) + "\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nContent-Length: 7\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n" + "1\r\n \r\n".repeat(3_000) + "2\r\n{}\r\n0\r\n\r\n",
                "Transfer-Encoding: gzip\r\n\r\nhello",
                "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "Expect: 100-continue\r\nContent-Length: 14\r\n\r\n{\"prompt\":\"x\"}",
                "Expect: 200-ok\r\nContent-Length: 2\r\n\r\n{}",
                "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
        return of("framing", start + rest);
    }

    /** A first line that is odd, or none. */
    static Sent line(Dice dice, String path) {
        String text = dice.pick(
                "GET " + path + "?" + "x".repeat(dice.pick(4_000, 5_000, 70_000)) + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET " + path + "\r\n\r\n",
                "GET " + path + " HTTP/0.9\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " HTTP/1.0\r\n\r\n",
                "GET " + path + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "GET " + path + " HTTP/2.0\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " HTTP/9.9\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " HTTP/1.1x\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " FTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET  " + path + "  HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET\t" + path + "\tHTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " x HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET http://localhost" + path + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET http://evil.example" + path + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET x://[::1" + path + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET localhost:80 HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "OPTIONS * HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET * HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET " + path.substring(1) + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET #x HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET ?x HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "\r\n\r\nGET " + path + " HTTP/1.1\r\n" + Sent.HOST + CLOSE,
                "GET " + path + " HTTP/1.1\n" + Sent.HOST.replace("\r", "") + "Connection: close\n\n",
                "GET " + path + " HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET " + path + " HTTP/1.1\r\n" + Sent.HOST + Sent.HOST + CLOSE,
                "GET " + path + " HTTP/1.1\r\n" + Sent.HOST + "Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
                "GET " + path + " HTTP/1.1\r\n" + Sent.HOST
                        + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
                "GET " + path + " HTTP/1.1\r\n" + Sent.HOST
                        + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\nConnection: Upgrade\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
                "GE",
                "GET / HT",
                "GET " + path + " HTTP/1.1\r\nHost");
        return of("line", text);
    }

    static Sent noise(Dice dice) {
        byte[] bytes = dice.bytes(dice.pick(1, 20, 300, 20_000));
        if (dice.oneIn(2) && bytes.length > 4) {
            bytes[bytes.length - 4] = '\r';
            bytes[bytes.length - 3] = '\n';
            bytes[bytes.length - 2] = '\r';
            bytes[bytes.length - 1] = '\n';
        }
        return new Sent("noise", bytes, false, false);
    }
}

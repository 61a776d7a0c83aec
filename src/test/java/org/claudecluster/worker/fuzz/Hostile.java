package org.claudecluster.worker.fuzz;

import java.util.List;

/** Texts, numbers and documents that have broken servers. Numbers and documents are JSON as it is sent, or nearly so. */
final class Hostile {

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\t",
            "\\",
            "\"",
            "%",
            "%00",
            "%zz",
            "%C3%28",
            "%2e%2e%2f",
            "../../../../etc/passwd",
            "..\\..\\x",
            "//evil.example/",
            "'; DROP TABLE task; --",
            "${jndi:ldap://x/y}",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "null",
            "true",
            "NaN",
            "Infinity",
            "-1",
            "0",
            "1e999999999",
            "-1e-999999999",
            "00000000-0000-7000-8000-000000000000",
            "30s",
            "-5s",
            "PT1S",
            "0s",
            "1ms",
            "99999999999999999999d",
            "*",
            "a,b,,c",
            "é",
            "\u202etxet",
            "\uFEFFx",
            "\uD83D\uDCA5",
            "\uD800",
            "\uDC00x",
            "x\u0000y",
            "x\r\ny",
            "\u2028",
            "text/html",
            "application/json; charset=utf-16",
            "multipart/form-data; boundary=x",
            "bytes=0-",
            "bytes=-1",
            "bytes=9-1",
            "bytes=0-0,2-3",
            "bytes=99999999999999999999-",
            "bytes=--1",
            "items=0-1",
            "W/\"x\"",
            "\"",
            "gzip, deflate, br",
            "chunked",
            "100-continue",
            "h2c",
            "websocket");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-1",
            "1.5",
            "1e5",
            "1E400",
            "-1e-400",
            "1e999999999",
            "1e-999999999",
            "1e2147483647",
            "1e-2147483648",
            "1e99999999999999999999",
            "2147483648",
            "-2147483649",
            "9223372036854775808",
            "0.1e1",
            "00",
            "01",
            "1.",
            ".5",
            "+1",
            "0x10",
            "NaN",
            "Infinity",
            "1_000");

    private Hostile() {}

    static String text(Dice dice) {
        return switch (dice.below(12)) {
            case 0 -> String.valueOf((char) dice.below(0x100));
            case 1 -> String.valueOf((char) dice.below(0x10000));
            case 2 ->
                dice.pick("x", "é", "\uD83D\uDCA5", "\\", "%41").repeat(dice.pick(100, 256, 1_001, 5_000, 70_000));
            case 3 -> "9".repeat(dice.pick(20, 400, 5_000));
            default -> dice.pick(TEXTS);
        };
    }

    /** A number as JSON has it, or as it must not have it. */
    static String number(Dice dice) {
        return switch (dice.below(12)) {
            case 0 -> "9".repeat(dice.pick(30, 400, 401, 100_000));
            case 1 -> "0." + "0".repeat(dice.pick(30, 400, 100_000)) + "1";
            case 2 -> "1".repeat(dice.pick(10, 300)) + "e" + dice.between(-1_000_000_000_000L, 1_000_000_000_000L);
            default -> dice.pick(NUMBERS);
        };
    }

    /** Any JSON value, small. */
    static String value(Dice dice) {
        return switch (dice.below(8)) {
            case 0 -> "null";
            case 1 -> dice.pick("true", "false");
            case 2, 3 -> number(dice);
            case 4 -> dice.pick("[]", "{}", "[[]]", "[null]", "{\"\":{}}", "{\"x\":[1,\"\",null]}");
            default -> Json.quote(text(dice));
        };
    }

    /** A document that costs its reader far more than its sender, or that is none. */
    static String bomb(Dice dice) {
        int many = dice.pick(200, 1_000, 50_000);
        return switch (dice.below(12)) {
            case 0 -> "[".repeat(many);
            case 1 -> "{\"a\":".repeat(many);
            case 2 -> "{\"prompt\":\"x\",\"metadata\":" + "{\"a\":".repeat(many) + "1" + "}".repeat(many) + "}";
            case 3 -> "{\"prompt\":\"x\",\"metadata\":" + longKeys(dice.pick(3, 18)) + "}";
            case 4 -> "{\"prompt\":\"x\",\"metadata\":{\"a\":[" + "0,".repeat(many * 8) + "0]}}";
            case 5 -> "{" + "\"prompt\":\"x\",".repeat(many) + "\"prompt\":\"y\"}";
            case 6 -> "{\"prompt\":\"" + "x".repeat(many * 30) + "\"}";
            case 7 -> "{\"prompt\":\"x\",\"" + "k".repeat(many * 10) + "\":1}";
            case 8 -> "{\"prompt\":\"x\",\"priority\":" + number(dice) + "}";
            case 9 -> "{\"prompt\":\"x\",\"claude\":{\"maxBudgetUsd\":" + number(dice) + "}}";
            case 10 -> "{\"prompt\":\"x\",\"labels\":{" + labels(many) + "}}";
            default -> "{\"prompt\":\"x\",\"metadata\":{\"a\":\"" + "\\u0000\\ud800".repeat(many / 10) + "\"}}";
        };
    }

    /** 18 of them around many zeros burned a core for 30 s. */
    private static String longKeys(int depth) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append("{\"").append("k".repeat(45_000)).append("\":");
        }
        return text.append("[")
                .append("0,".repeat(200_000))
                .append("0]")
                .append("}".repeat(depth))
                .toString();
    }

    private static String labels(int count) {
        StringBuilder text = new StringBuilder("\"k\":\"v\"");
        for (int i = 0; i < count / 10; i++) {
            text.append(",\"k").append(i).append("\":\"v\"");
        }
        return text.toString();
    }
}

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes an SVG of an asciicast v2, which plays once by CSS alone and stays on its last picture.
 *
 * <pre>
 * java docs/recording/AsciicastToSvg.java &lt;tour.cast &gt;tour.svg
 * </pre>
 *
 * A pause of more than {@link #LONGEST_PAUSE} seconds is shortened to that. It knows what tour.sh prints: text, CR, LF, and the escape sequences of {@link #STYLES}. Anything else, and a line too
 * many for the screen, is an error: a picture that leaves something out would be no recording.
 */
final class AsciicastToSvg {

    private static final int CELL_WIDTH = 8;
    private static final int CELL_HEIGHT = 18;
    private static final int BORDER = 14;
    private static final double LONGEST_PAUSE = 2;
    private static final Pattern HEADER = Pattern.compile("\"(width|height)\": (\\d+)");
    private static final Pattern EVENT = Pattern.compile("\\[([\\d.]+), \"o\", \"(.*)\"]");
    private static final Pattern ESCAPED = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");
    private static final Pattern STYLE = Pattern.compile("\u001b\\[(\\d*)m");
    private static final String STYLES =
            """
            text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #e6edf3; white-space: pre;
              animation: show 0s both }
            .s2 { fill: #8b949e }
            .s32 { fill: #3fb950 }
            @keyframes show { from { visibility: hidden } to { visibility: visible } }
            @media (prefers-reduced-motion) { text { animation: none } }
            """;

    /** A piece of one line that was printed at one time in one style. */
    private record Piece(double seconds, int row, int column, String style, String text) {

        String svg() {
            return String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" textLength=\"%d\"%s style=\"animation-delay:%.2fs\">%s</text>%n",
                    BORDER + column * CELL_WIDTH,
                    BORDER + row * CELL_HEIGHT + CELL_HEIGHT - 5,
                    text.length() * CELL_WIDTH,
                    style.isEmpty() ? "" : " class=\"s" + style + "\"",
                    seconds,
                    text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        }
    }

    private final int width;
    private final int height;
    private final List<Piece> pieces = new ArrayList<>();
    private double recorded;
    private double shown;
    private int row;
    private int column;
    private String style = "";

    private AsciicastToSvg(int width, int height) {
        this.width = width;
        this.height = height;
    }

    public static void main(String... args) throws IOException {
        BufferedReader cast = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Matcher header = HEADER.matcher(cast.readLine());
        AsciicastToSvg screen = new AsciicastToSvg(number(header), number(header));
        cast.lines().forEach(screen::print);
        System.out.write(screen.svg().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }

    private static int number(Matcher header) {
        if (!header.find()) {
            throw new IllegalArgumentException("no size in the header");
        }
        return Integer.parseInt(header.group(2));
    }

    private void print(String line) {
        Matcher event = EVENT.matcher(line);
        if (!event.matches()) {
            throw new IllegalArgumentException("unknown event: " + line);
        }
        String data = ESCAPED.matcher(event.group(2)).replaceAll(found -> Matcher.quoteReplacement(unescaped(found)));
        double seconds = Double.parseDouble(event.group(1));
        shown += Math.min(seconds - recorded, LONGEST_PAUSE);
        recorded = seconds;
        print(shown, data);
    }

    private static String unescaped(MatchResult found) {
        if (found.group(1) != null) {
            return Character.toString((char) Integer.parseInt(found.group(1), 16));
        }
        return switch (found.group(2)) {
            case "n" -> "\n";
            case "r" -> "\r";
            case "t", "b", "f" -> throw new IllegalArgumentException("not drawn: " + found.group());
            default -> found.group(2);
        };
    }

    private void print(double seconds, String data) {
        StringBuilder piece = new StringBuilder();
        Matcher styled = STYLE.matcher(data);
        for (int at = 0; at < data.length(); at++) {
            char next = data.charAt(at);
            boolean isStyle = styled.region(at, data.length()).lookingAt();
            if (next < ' ' || column + piece.length() == width) {
                end(piece, seconds);
            }
            if (isStyle) {
                style = styled.group(1).equals("0") ? "" : styled.group(1);
                at = styled.end() - 1;
            } else if (next == '\r') {
                column = 0;
            } else if (next == '\n') {
                row++;
            } else if (next < ' ') {
                throw new IllegalArgumentException("not drawn: character " + (int) next);
            } else {
                wrap();
                piece.append(next);
            }
        }
        end(piece, seconds);
    }

    /** A terminal goes to the next line when there is something to print there, and not before. */
    private void wrap() {
        if (column == width) {
            column = 0;
            row++;
        }
    }

    private void end(StringBuilder piece, double seconds) {
        if (row >= height) {
            throw new IllegalArgumentException("more lines than the " + height + " of the screen");
        }
        if (!piece.isEmpty()) {
            pieces.add(new Piece(seconds, row, column, style, piece.toString()));
            column += piece.length();
            piece.setLength(0);
        }
    }

    private String svg() {
        int wide = width * CELL_WIDTH + 2 * BORDER;
        int high = (row + (column > 0 ? 1 : 0)) * CELL_HEIGHT + 2 * BORDER;
        StringBuilder svg = new StringBuilder(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">%n",
                wide, high, wide, high));
        svg.append("<style>\n").append(STYLES).append("</style>\n");
        svg.append("<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n");
        pieces.forEach(piece -> svg.append(piece.svg()));
        return svg.append("</svg>\n").toString();
    }
}

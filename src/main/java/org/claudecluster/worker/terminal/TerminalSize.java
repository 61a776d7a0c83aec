package org.claudecluster.worker.terminal;

/** A terminal's size in character cells, 1 to 1000 each way. */
public record TerminalSize(int cols, int rows) {
    public TerminalSize {
        if (cols < 1 || cols > 1000) throw new IllegalArgumentException("cols must be 1 to 1000: " + cols);
        if (rows < 1 || rows > 1000) throw new IllegalArgumentException("rows must be 1 to 1000: " + rows);
    }
}

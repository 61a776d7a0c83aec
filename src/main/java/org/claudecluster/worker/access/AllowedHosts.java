package org.claudecluster.worker.access;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Hosts by which the worker may be asked. A page can have its own name lead to a worker (DNS rebinding) and is then of one
 * origin with it for the browser, but can't make the browser leave that name out of {@code Host}. No page has an address
 * for its name, so every address is the worker's own.
 *
 * @param names beside addresses and {@code localhost}, without a port; {@code *.example.com} is any name below
 */
public record AllowedHosts(List<String> names) {

    private static final Pattern PORT = Pattern.compile(":\\d{0,5}$");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-f:.]{2,45}]");

    public AllowedHosts {
        names = names.stream().map(AllowedHosts::plain).toList();
    }

    /** Whether this header, with or without a port, names one of them. */
    public boolean has(String header) {
        String host = plain(PORT.matcher(header.strip()).replaceFirst(""));
        return IPV4.matcher(host).matches()
                || IPV6.matcher(host).matches()
                || host.equals("localhost")
                || host.endsWith(".localhost")
                || names.stream().anyMatch(name -> isOf(name, host));
    }

    private static boolean isOf(String name, String host) {
        return name.startsWith("*.") ? host.endsWith(name.substring(1)) : host.equals(name);
    }

    private static String plain(String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}

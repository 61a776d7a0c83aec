package org.claudecluster.worker.access;

import java.util.Locale;
import java.util.regex.Pattern;

/** Says what a request without a key or a token may do. */
public enum AccessMode {
    /** Nothing but what is open to everybody. */
    KEY,
    /** Everything, where it was sent by a program or a user of this machine and not by a page or through a proxy. */
    LOCAL,
    /** Everything, where no page of another origin had it sent. */
    NONE;

    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|(0{0,4}:){2,7}0{0,3}1|::ffff:127(\\.\\d{1,3}){3}");

    /** Chooses where nothing was chosen: nobody is asked on a loopback address without a key or an issuer. */
    public static AccessMode automatic(String listening, boolean hasKeysOrIssuers) {
        return isLoopback(listening) && !hasKeysOrIssuers ? LOCAL : KEY;
    }

    /** Whether only this machine reaches what listens there. */
    public static boolean isLoopback(String address) {
        return LOOPBACK.matcher(address.strip().toLowerCase(Locale.ROOT)).matches();
    }
}

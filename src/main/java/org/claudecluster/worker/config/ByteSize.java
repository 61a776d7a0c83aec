package org.claudecluster.worker.config;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** How large a setting that is a size has to be; {@link SettingsValidator} holds it. Without it: 0 or more. */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
@interface ByteSize {

    /** In KiB. */
    long fromKiB();
}

package org.claudecluster.worker.config;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** How long a setting that is a duration may be; {@link SettingsValidator} holds it. Without it: 0 to the longest. */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
@interface TimeSpan {

    boolean moreThanZero() default false;

    /** No clock of the worker, and no column of the store, overflows by the longest. */
    int mostDays() default SettingsValidator.LONGEST_DAYS;
}

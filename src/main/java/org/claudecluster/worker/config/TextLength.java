package org.claudecluster.worker.config;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** How long a setting that is a text, or each text of a list, may be; {@link SettingsValidator} holds it. */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
@interface TextLength {

    int from() default 0;

    int to();
}

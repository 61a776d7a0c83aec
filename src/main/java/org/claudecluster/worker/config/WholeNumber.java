package org.claudecluster.worker.config;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/** What a setting that is a whole number may be, both ends included; {@link SettingsValidator} holds it. */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
@interface WholeNumber {

    long from();

    /** By default as much as fits. */
    long to() default Long.MAX_VALUE;
}

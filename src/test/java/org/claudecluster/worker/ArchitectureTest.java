package org.claudecluster.worker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;

/** The package table of docs/architecture.md, and what is never used. */
@AnalyzeClasses(packages = "org.claudecluster.worker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "org.claudecluster.worker";
    private static final List<String> OURS = List.of(
            "files",
            "task",
            "transcript",
            "terminal",
            "claude",
            "workspace",
            "exec",
            "service",
            "lifecycle",
            "store",
            "api",
            "observe",
            "config");

    @ArchTest
    static final ArchRule files_know_nothing_of_ours = only("files");

    @ArchTest
    static final ArchRule task_is_what_all_others_speak_of = only("task");

    @ArchTest
    static final ArchRule transcript_knows_tasks = only("transcript", "task");

    @ArchTest
    static final ArchRule terminal_knows_nothing_of_ours = only("terminal");

    @ArchTest
    static final ArchRule claude_knows_tasks = only("claude", "task", "files");

    @ArchTest
    static final ArchRule workspace_knows_tasks_and_ends_processes = only("workspace", "task", "terminal", "files");

    @ArchTest
    static final ArchRule exec_puts_terminal_claude_and_transcript_together =
            only("exec", "task", "transcript", "terminal", "claude", "workspace", "files");

    @ArchTest
    static final ArchRule lifecycle_runs_executors = only("lifecycle", "task", "transcript", "exec", "claude")
            .because("an executor answers with a claude.Verdict; nothing else of claude is for lifecycle");

    @ArchTest
    static final ArchRule lifecycle_takes_only_the_verdict_from_claude = noClasses()
            .that()
            .resideInAPackage(ROOT + ".lifecycle")
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT + ".claude")
                    .and(nameMatching(".*\\.Verdict").negate()));

    @ArchTest
    static final ArchRule store_knows_tasks = only("store", "task", "transcript");

    @ArchTest
    static final ArchRule service_says_what_may_be_done_with_tasks =
            only("service", "task", "transcript", "exec", "workspace");

    @ArchTest
    static final ArchRule api_knows_the_service_transcripts_and_the_switch =
            only("api", "service", "task", "transcript", "exec", "workspace");

    @ArchTest
    static final ArchRule observe_has_read_only_views = only("observe", "task", "lifecycle", "exec")
            .because("the readiness check shows which executor is active and why");

    @ArchTest
    static final ArchRule config_knows_nothing_of_ours = only("config");

    @ArchTest
    static final ArchRule there_are_no_cycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule task_needs_no_framework = classes()
            .that()
            .resideInAPackage(ROOT + ".task")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", ROOT + ".task"));

    @ArchTest
    static final ArchRule sql_is_in_store = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".store")
            .and()
            .doNotHaveSimpleName("StoreWiring")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.flywaydb.."))
            .because("StoreWiring hands the DataSource over");

    @ArchTest
    static final ArchRule pty4j_is_in_one_launcher = noClasses()
            .that()
            .haveNameNotMatching(".*\\.terminal\\.Pty4j\\w+(\\$.*)?")
            .should()
            .dependOnClassesThat(resideInAnyPackage("com.pty4j.."));

    @ArchTest
    static final ArchRule the_worker_starts_its_own_processes_in_one_place = noClasses()
            .that()
            .doNotHaveSimpleName("OwnProcesses")
            .should()
            .callMethod(ProcessBuilder.class, "start")
            .orShould()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class)
            .orShould()
            .callMethod(ProcessBuilder.class, "startPipeline", List.class)
            .because("a process that is born beside a run's would inherit the run's brand (ADR 0032)");

    @ArchTest
    static final ArchRule http_is_in_api = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".api")
            .should()
            .dependOnClassesThat(resideInAnyPackage("jakarta.ws.rs..", "io.vertx.."));

    @ArchTest
    static final ArchRule meters_are_in_observe = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".observe")
            .and()
            .doNotHaveSimpleName("Wiring")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.micrometer.."));

    @ArchTest
    static final ArchRule time_comes_in_through_the_constructor = noClasses()
            .that()
            .doNotHaveSimpleName("Wiring")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now")
            .orShould()
            .callMethod(InstantSource.class, "system")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callConstructor(Date.class)
            .because("one producer makes the clock, so that a test can set it");

    @ArchTest
    static final ArchRule logging_is_jboss_logging = noClasses()
            .that()
            .doNotHaveSimpleName("Main")
            .and()
            .doNotHaveSimpleName("FlatJson")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "org.slf4j.."))
            .because("Main speaks before the logging is configured, and FlatJson shapes its lines");

    @ArchTest
    static final ArchRule nothing_is_printed = noClasses()
            .that()
            .doNotHaveSimpleName("Main")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("only Main speaks before the configuration is known to be sound");

    @ArchTest
    static final ArchRule names_say_what_a_thing_is = noClasses()
            .should()
            .haveNameMatching(".*(Manager|Handler|Processor|Engine|Orchestrator|Util|Utils|Helper|Impl|Common)")
            .because("these words say nothing (see CONTRIBUTING.md)");

    @ArchTest
    static final ArchRule only_the_wiring_knows_the_configuration = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".(*)..")
            .and()
            .resideOutsideOfPackage(ROOT + ".config")
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT + ".config"));

    /** The classes of a package depend on these packages of ours and on no other. */
    private static ArchRule only(String name, String... allowed) {
        String[] forbidden = OURS.stream()
                .filter(other ->
                        Stream.concat(Stream.of(name), Arrays.stream(allowed)).noneMatch(other::equals))
                .map(other -> ROOT + "." + other)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(resideInAnyPackage(forbidden));
    }
}

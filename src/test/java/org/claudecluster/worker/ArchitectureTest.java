package org.claudecluster.worker;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.claudecluster.worker.task.store.TaskStore;
import org.junit.jupiter.api.Test;

/** The package table of docs/architecture.md, and what is never used. */
@AnalyzeClasses(packages = "org.claudecluster.worker", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "org.claudecluster.worker";
    /** A room, and the rooms that it may use. */
    private record Room(String name, String... uses) {}

    /** From the ground to the roof: each uses only what stands above it in this list. */
    private static final List<Room> ROOMS = List.of(
            new Room("libc"),
            new Room("text"),
            new Room("time"),
            new Room("files"),
            new Room("config"),
            new Room("task.result"),
            new Room("task", "task.result"),
            new Room("task.store", "task", "task.result"),
            new Room("access", "task", "task.result", "files"),
            new Room("transcript", "task", "task.result", "task.store", "text", "time"),
            new Room("process.linux", "libc"),
            new Room("process", "process.linux", "libc", "time"),
            new Room("terminal", "process", "process.linux", "libc"),
            new Room("credential", "task.result", "task.store", "files", "time"),
            new Room("claude", "credential", "task", "task.result", "files", "text"),
            new Room("outcome", "claude", "process.linux", "task.result"),
            new Room("store.database", "task", "task.store"),
            new Room("store", "store.database", "task", "task.result", "task.store", "transcript"),
            new Room(
                    "workspace",
                    "terminal",
                    "process",
                    "process.linux",
                    "task",
                    "task.result",
                    "files",
                    "text",
                    "time"),
            new Room("watchdog", "outcome", "claude", "process", "task", "task.result", "task.store"),
            new Room(
                    "cli",
                    "workspace",
                    "outcome",
                    "claude",
                    "credential",
                    "terminal",
                    "process",
                    "process.linux",
                    "task",
                    "task.result",
                    "files",
                    "text",
                    "time"),
            new Room(
                    "exec",
                    "cli",
                    "watchdog",
                    "workspace",
                    "outcome",
                    "claude",
                    "credential",
                    "terminal",
                    "process",
                    "process.linux",
                    "transcript",
                    "task",
                    "task.result",
                    "task.store",
                    "time"),
            new Room("exec.stub", "exec", "cli", "outcome", "transcript", "task", "task.result", "time"),
            new Room("service", "access", "exec", "workspace", "transcript", "task", "task.result", "task.store"),
            new Room("lifecycle.retention", "transcript", "task", "task.result", "task.store"),
            new Room(
                    "lifecycle",
                    "lifecycle.retention",
                    "exec",
                    "watchdog",
                    "outcome",
                    "transcript",
                    "task",
                    "task.result",
                    "task.store",
                    "time"),
            new Room("api.http", "task.result", "task.store", "text"),
            new Room("api.guard", "api.http", "task.result"),
            new Room("api.access", "api.http", "access", "task", "task.result"),
            new Room(
                    "api",
                    "access",
                    "api.access",
                    "api.guard",
                    "api.http",
                    "service",
                    "exec",
                    "credential",
                    "workspace",
                    "transcript",
                    "task",
                    "task.result",
                    "task.store"),
            new Room(
                    "api.stream",
                    "api",
                    "api.access",
                    "api.http",
                    "access",
                    "service",
                    "transcript",
                    "task",
                    "task.result",
                    "task.store"),
            new Room("observe", "access", "lifecycle", "exec", "credential", "task", "task.result", "task.store"));

    /** Puts all of them together. */
    private static final String BOOTSTRAP = "bootstrap";

    @ArchTest
    static void a_room_uses_only_what_it_may(JavaClasses classes) {
        for (Room room : ROOMS) {
            String[] others = names().filter(other -> Stream.concat(Stream.of(room.name()), Arrays.stream(room.uses()))
                            .noneMatch(other::equals))
                    .map(ArchitectureTest::in)
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(in(room.name()))
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others))
                    .check(classes);
        }
    }

    @Test
    void a_room_uses_only_what_stands_below_it() {
        List<String> below = new ArrayList<>();
        for (Room room : ROOMS) {
            assertThat(below).as(room.name()).containsAll(List.of(room.uses()));
            below.add(room.name());
        }
    }

    @ArchTest
    static void only_main_stands_in_no_room(JavaClasses classes) {
        List<String> rooms = names().map(ArchitectureTest::in).toList();

        assertThat(classes.stream()
                        .filter(found -> !rooms.contains(found.getPackageName()))
                        .map(found -> found.getSimpleName())
                        .filter(name -> !name.equals("package-info")))
                .containsOnly("Main");
    }

    private static Stream<String> names() {
        return Stream.concat(ROOMS.stream().map(Room::name), Stream.of(BOOTSTRAP));
    }

    private static String in(String room) {
        return ROOT + "." + room;
    }

    @ArchTest
    static final ArchRule there_are_no_cycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule task_needs_no_framework = classes()
            .that()
            .resideInAPackage(ROOT + ".task..")
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", ROOT + ".task.."));

    @ArchTest
    static final ArchRule sql_is_in_store = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".store..")
            .and()
            .doNotHaveSimpleName("StoreProducers")
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.flywaydb.."))
            .because("StoreProducers hands the DataSource over");

    @ArchTest
    static final ArchRule callers_reach_no_task_but_by_their_tenant = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".service", ROOT + ".api..", ROOT + ".access")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(TaskStore.class)
            .because("it goes by ids alone (ADR 0048)");

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
            .resideOutsideOfPackage(ROOT + ".api..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("jakarta.ws.rs..", "io.vertx.."));

    @ArchTest
    static final ArchRule meters_are_in_observe = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".observe")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.micrometer.."));

    @ArchTest
    static final ArchRule beans_are_doors_and_what_is_found_by_its_type = noClasses()
            .that()
            .resideOutsideOfPackages(
                    ROOT + ".api..", ROOT + ".service", ROOT + ".observe", ROOT + ".exec..", ROOT + ".bootstrap")
            .should()
            .dependOnClassesThat(resideInAnyPackage("jakarta.enterprise..", "jakarta.inject..", "io.quarkus.arc.."))
            .because("all others get what they need through constructors that a producer calls (ADR 0046)");

    @ArchTest
    static final ArchRule time_comes_in_through_the_constructor = noClasses()
            .that()
            .doNotHaveSimpleName("WorkerProducers")
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
            .because("these words say nothing (see AGENTS.md)");

    @ArchTest
    static final ArchRule only_the_wiring_knows_the_configuration = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".config", ROOT + ".bootstrap")
            .should()
            .dependOnClassesThat(resideInAnyPackage(ROOT + ".config"));
}

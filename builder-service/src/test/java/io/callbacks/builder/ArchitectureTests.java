package io.callbacks.builder;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.callbacks.testing.ArchitectureRules;

@AnalyzeClasses(
        packages = "io.callbacks.builder",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {
    @ArchTest static final ArchTests house = ArchTests.in(ArchitectureRules.class);
}

package io.callbacks.builder.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.blob.Digests;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.blob.MissingBlobException;
import io.callbacks.event.Source;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeLayerTests {
    @TempDir Path directory;

    @Test
    void holdsTheCodeAsItIs() {
        var blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        var code = "def handler(event):\r\n    return 'é'".getBytes(UTF_8);
        var source = new Source(1, "python3.11", blobs.put(code), null);
        var layer = CodeLayer.make(source, blobs, directory.resolve("work"));
        assertThat(blobs.tree(layer.digest()).resolve("function.py")).hasBinaryContent(code);
        assertThat(layer.size()).isEqualTo(code.length);
        assertThat(directory.resolve("work")).isEmptyDirectory();
    }

    @Test
    void leavesNothingBehindWhereTheCodeIsMissing() throws IOException {
        var blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        var source = new Source(1, "python", Digests.of(new byte[] {1}), null);
        assertThatThrownBy(() -> CodeLayer.make(source, blobs, directory.resolve("work")))
                .isInstanceOf(MissingBlobException.class);
        assertThat(directory.resolve("work")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "export const handler = async () => 1",
                "export default function () {}",
                "export { handler }",
                "export*from './x'",
                "import fs from 'node:fs'\nexports.handler = 1",
                "import { readFile } from 'node:fs'",
                "import * as fs from 'node:fs'",
                "import 'node:fs'",
                "import{a}from'node:fs'",
                "/* licence\n*/ import ms from 'ms';",
                "'use strict';\n  export async function handler() {}",
                "import ms, { x } from 'ms'",
                "import {\n  a,\n  b,\n} from 'ms'"
            })
    void knowsModules(String code) {
        assertThat(file(null, code)).isEqualTo("function.mjs");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "exports.handler = async () => 1",
                "const fs = require('node:fs')",
                "exports.handler = async () => { const ms = await import('ms') }",
                "import('ms').then(ms => { exports.handler = ms })",
                "// export const handler = 1\nexports.handler = 1",
                "/*\nexport const x = 1\n*/\nexports.handler = 1",
                "exports.handler = 1 // import x from 'y'",
                "const exported = 1; const importer = 2",
                "const x = 'a`b'; exports.handler = () => '`'",
                "exports.handler = () => `\nimport x from 'y'\n`"
            })
    void knowsScripts(String code) {
        assertThat(file(null, code)).isEqualTo("function.js");
    }

    @Test
    void believesThePackageJson() {
        assertThat(file("{\"type\": \"module\"}", "globalThis.x = 1")).isEqualTo("function.mjs");
        assertThat(file("{\"type\": \"commonjs\"}", "exports.x = 1")).isEqualTo("function.js");
    }

    @Test
    void readsLongTextsToo() {
        var text = "\\".repeat(2) + "x";
        assertThat(file(null, "const x = '" + text.repeat(100_000) + "'\nexport { x }"))
                .isEqualTo("function.mjs");
    }

    private static String file(@Nullable String library, String code) {
        return CodeLayer.file(new Source(1, "node20", "sha256:x", library), code);
    }
}

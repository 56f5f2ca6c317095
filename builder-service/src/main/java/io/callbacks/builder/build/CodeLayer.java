package io.callbacks.builder.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.TreeFiles;
import io.callbacks.event.Layer;
import io.callbacks.event.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.regex.Pattern;

/** Makes the layer that holds a function's code: a tree of one file. */
final class CodeLayer {
    private static final Pattern ES_SYNTAX =
            Pattern.compile(
                    "^\\s*(?:export\\s*[{*]|export\\s+(?:const|let|var|function|async|default|class)\\b"
                            + "|import\\s*[{*\"']|import\\s+[\\w$][^(]*$)",
                    Pattern.MULTILINE);

    /** What may look like syntax: string (first group), template, comment. */
    private static final Pattern TEXT =
            Pattern.compile(
                    "(\"(?:[^\"\\\\\\n]|\\\\.)*+\"|'(?:[^'\\\\\\n]|\\\\.)*+')"
                            + "|`(?:[^`\\\\]|\\\\.)*+`|//[^\\n]*|/\\*.*?\\*/",
                    Pattern.DOTALL);

    private CodeLayer() {}

    static Layer make(Source source, BlobStore blobs, Path work) {
        var directory = work.resolve("code-" + UUID.randomUUID());
        try {
            Files.createDirectories(directory);
            try {
                var code = blobs.get(source.sourceDigest());
                Files.write(directory.resolve(file(source, new String(code, UTF_8))), code);
                var tree = blobs.putTree(directory);
                return new Layer(Layer.Role.CODE, tree.digest(), tree.size());
            } finally {
                TreeFiles.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the code layer: " + e.getMessage(), e);
        }
    }

    /** The name by which the language's host finds the code and how to load it. */
    static String file(Source source, String code) {
        if (source.type().startsWith("python")) {
            return "function.py";
        }
        return Libraries.isModule(source.library()) || ES_SYNTAX.matcher(withoutTexts(code)).find()
                ? "function.mjs"
                : "function.js";
    }

    private static String withoutTexts(String code) {
        return TEXT.matcher(code).replaceAll(text -> text.group(1) == null ? "" : "''");
    }
}

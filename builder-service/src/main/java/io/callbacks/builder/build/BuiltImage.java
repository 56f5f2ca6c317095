package io.callbacks.builder.build;

/** An image that came of a build. */
public sealed interface BuiltImage {
    /** What it is removed by. */
    String reference();

    /** Of a revision. */
    record Code(String reference, String uid, int revision) implements BuiltImage {}

    /**
     * Of dependencies.
     *
     * @param digest that of the layer it stands for
     */
    record Dependencies(String reference, String digest) implements BuiltImage {}

    /** One whose name another one has got. */
    record Superseded(String reference) implements BuiltImage {}
}

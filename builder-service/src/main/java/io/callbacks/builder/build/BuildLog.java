package io.callbacks.builder.build;

/** What is told of a build while it goes on. */
public interface BuildLog {
    /** It begins. */
    void started(BuildJob job);

    /** The dependencies are there already. */
    void reused();

    /** Somebody else installs the same dependencies; this build waits for that. */
    void waiting();

    /** A program begins to install dependencies. */
    void installing(String program);

    /** A line the program printed. */
    void output(String line);

    /** It cannot be built now. */
    void failed(String reason);
}

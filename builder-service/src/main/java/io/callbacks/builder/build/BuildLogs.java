package io.callbacks.builder.build;

/** Keeps the logs of builds. */
public interface BuildLogs {
    /** Opens the log of a build that begins; what an earlier try wrote is gone. */
    Open open(BuildJob job);

    /** Removes all logs of a callback. */
    void remove(long callbackId);

    /** A log that is being written. */
    interface Open extends BuildLog, AutoCloseable {
        /** The build ended like this. */
        void ended(BuildJob.Result result);

        @Override
        void close();
    }
}

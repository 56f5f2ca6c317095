package io.callbacks.deployer.docker;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.instance.Lines;
import java.util.function.Consumer;

/** Makes lines of what comes from a container in pieces. */
final class OutputLines implements Consumer<Frame> {
    private final Lines output;
    private final Lines errors;

    OutputLines(Front front) {
        this.output = new Lines(front::hear);
        this.errors = new Lines(front::note);
    }

    @Override
    public void accept(Frame frame) {
        var lines = frame.getStreamType() == StreamType.STDERR ? errors : output;
        lines.add(frame.getPayload());
    }
}

package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.callbacks.deployer.instance.Front;
import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Makes lines of what comes from a container in pieces. */
final class OutputLines implements Consumer<Frame> {
    /** Longer than any a front writes. */
    private static final int LONGEST = 256 * 1024;

    private final Pieces output;
    private final Pieces errors;

    OutputLines(Front front) {
        this.output = new Pieces(front::hear);
        this.errors = new Pieces(front::note);
    }

    @Override
    public void accept(Frame frame) {
        var pieces = frame.getStreamType() == StreamType.STDERR ? errors : output;
        pieces.add(frame.getPayload());
    }

    /** What there is of a line so far. */
    private static final class Pieces {
        private final Consumer<String> receiver;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Pieces(Consumer<String> receiver) {
            this.receiver = receiver;
        }

        void add(byte[] piece) {
            for (var octet : piece) {
                if (octet == '\n' || line.size() == LONGEST) {
                    receiver.accept(line.toString(UTF_8));
                    line.reset();
                }
                if (octet != '\n') {
                    line.write(octet);
                }
            }
        }
    }
}

package io.callbacks.builder.build;

import java.util.ArrayList;
import java.util.List;

/** Images of a platform that is none. */
final class InMemoryImages implements Images {
    final List<BuiltImage> present = new ArrayList<>();
    final List<BuiltImage> stuck = new ArrayList<>();
    boolean keeps = true;
    int sweeps;

    @Override
    public String platform() {
        return "docker";
    }

    @Override
    public boolean keeps() {
        return keeps;
    }

    @Override
    public List<BuiltImage> present() {
        return List.copyOf(present);
    }

    @Override
    public void remove(BuiltImage image) {
        if (stuck.contains(image)) {
            throw new SandboxException("device or resource busy", null);
        }
        present.remove(image);
    }

    @Override
    public void sweep() {
        sweeps++;
    }
}

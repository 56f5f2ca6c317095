package io.callbacks.invoker.testing;

import io.callbacks.invoker.route.RouteTable;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.route.Target;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Routes a test sets. */
public final class InMemoryRoutes implements Routes {
    private final List<Consumer<RouteTable>> listeners = new CopyOnWriteArrayList<>();
    private volatile @Nullable RouteTable table;

    public void set(Target... targets) {
        var next = RouteTable.of(List.of(targets));
        table = next;
        listeners.forEach(listener -> listener.accept(next));
    }

    @Override
    public Optional<RouteTable> current() {
        return Optional.ofNullable(table);
    }

    @Override
    public void onChange(Consumer<RouteTable> listener) {
        listeners.add(listener);
    }
}

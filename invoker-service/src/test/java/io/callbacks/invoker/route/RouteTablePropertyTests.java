package io.callbacks.invoker.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.route.PathTemplate.Part;
import io.callbacks.invoker.testing.Targets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a matcher that looks at every callback, on callbacks and paths made at random. */
class RouteTablePropertyTests {
    private static final String[] METHODS = {"GET", "POST", "ANY"};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void findsWhatLookingAtEachFinds(long seed) {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            var targets = targets(random);
            var table = RouteTable.of(targets);
            for (int i = 0; i < 50; i++) {
                var path = RequestPath.parse(path(random));
                var method = new String[] {"GET", "POST", "PUT", "HEAD"}[random.nextInt(4)];
                assertThat(idOf(table.match(path, method)))
                        .as("%s %s seed %d round %d", method, path, seed, round)
                        .isEqualTo(naive(targets, path.segments(), method));
            }
        }
    }

    private static Optional<Long> idOf(Match match) {
        return match instanceof Match.Found(var target, _)
                ? Optional.of(target.callbackId())
                : Optional.empty();
    }

    private static List<Target> targets(Random random) {
        var shapes = new HashSet<String>();
        var targets = new ArrayList<Target>();
        for (int id = 1; id <= 1 + random.nextInt(12); id++) {
            var template = template(random);
            var method = METHODS[random.nextInt(METHODS.length)];
            if (shapes.add(method + template)) {
                targets.add(Targets.of(id, method, template).target());
            }
        }
        Collections.shuffle(targets, random);
        return targets;
    }

    private static String template(Random random) {
        var parts = new ArrayList<String>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            parts.add(random.nextInt(3) == 0 ? "{p}" : literal(random));
        }
        if (random.nextInt(4) == 0) {
            parts.add("{r*}");
        }
        return String.join("/", parts);
    }

    private static String path(Random random) {
        var path = new StringBuilder();
        for (int i = 0; i <= random.nextInt(5); i++) {
            path.append('/').append(random.nextInt(12) == 0 ? "" : literal(random));
        }
        return path.toString();
    }

    private static String literal(Random random) {
        return List.of("a", "b", "c").get(random.nextInt(3));
    }

    private static Optional<Long> naive(List<Target> targets, List<String> path, String method) {
        return targets.stream()
                .filter(target -> takes(target.method(), method))
                .filter(target -> matches(target.template().parts(), path))
                .min(byExactness(path.size()).thenComparing(target -> rank(target, method)))
                .map(Target::callbackId);
    }

    private static boolean takes(String callback, String method) {
        return callback.equals(method)
                || callback.equals("ANY")
                || callback.equals("GET") && method.equals("HEAD");
    }

    private static int rank(Target target, String method) {
        return target.method().equals("ANY") ? 2 : target.method().equals(method) ? 0 : 1;
    }

    private static boolean matches(List<Part> parts, List<String> path) {
        boolean rest = parts.getLast() instanceof Part.Rest;
        int fixed = parts.size() - (rest ? 1 : 0);
        if (path.size() < fixed || !rest && path.size() > fixed) {
            return false;
        }
        return IntStream.range(0, fixed)
                .allMatch(
                        i ->
                                parts.get(i) instanceof Part.Literal(var text)
                                        ? text.equals(path.get(i))
                                        : !path.get(i).isEmpty());
    }

    private static Comparator<Target> byExactness(int length) {
        return (a, b) -> {
            for (int i = 0; i <= length; i++) {
                int order = Integer.compare(vagueness(a, i), vagueness(b, i));
                if (order != 0) {
                    return order;
                }
            }
            return 0;
        };
    }

    /** A template that ends where the path ends is more exact than one with a rest of nothing. */
    private static int vagueness(Target target, int at) {
        var parts = target.template().parts();
        if (at >= parts.size()) {
            return 0;
        }
        return switch (parts.get(at)) {
            case Part.Literal _ -> 0;
            case Part.Parameter _ -> 1;
            case Part.Rest _ -> 2;
        };
    }
}

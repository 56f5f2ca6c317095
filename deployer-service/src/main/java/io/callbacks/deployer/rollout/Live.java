package io.callbacks.deployer.rollout;

import io.callbacks.event.DeploymentObserved.Serving;
import io.callbacks.event.Route;
import java.util.List;

/**
 * What serves a callback now.
 *
 * @param generation the wish it is the answer to
 */
record Live(String uid, long generation, Setup setup, List<RunningInstance> instances) {
    Live {
        instances = List.copyOf(instances);
    }

    Route route() {
        var targets = instances.stream().map(i -> new Route.Instance(i.id(), i.url())).toList();
        return new Route(uid, generation, setup.revision(), setup.envVersion(), targets);
    }

    Serving serving() {
        return new Serving(
                generation, setup.revision(), setup.envVersion(), setup.target(), instances.size());
    }

    Live with(long otherGeneration, Setup otherSetup) {
        return new Live(uid, otherGeneration, otherSetup, instances);
    }

    Live with(List<RunningInstance> otherInstances) {
        return new Live(uid, generation, setup, otherInstances);
    }
}

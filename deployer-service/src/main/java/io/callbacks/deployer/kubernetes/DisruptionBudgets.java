package io.callbacks.deployer.kubernetes;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.kubernetes.Permission;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets the cluster take instances of a callback away one at a time, as when a node is drained,
 * where there are several. A single one is not kept: that would keep its node from ever being
 * drained.
 */
final class DisruptionBudgets {
    /** All that is asked of the cluster here. */
    static final List<Permission> NEEDED =
            Permission.of("policy", "poddisruptionbudgets", "create", "patch", "list", "delete");

    private final KubernetesCluster cluster;
    private final Labels labels;
    private @Nullable Map<Fellows, Long> applied;

    DisruptionBudgets(KubernetesCluster cluster, Labels labels) {
        this.cluster = cluster;
        this.labels = labels;
    }

    /** Instances that stand in for each other. */
    private record Fellows(String callback, String generation) {
        static Fellows of(Map<String, String> labels) {
            return new Fellows(
                    labels.getOrDefault(Labels.CALLBACK, ""),
                    labels.getOrDefault(Labels.GENERATION, ""));
        }

        Map<String, String> labels() {
            return Map.of(Labels.CALLBACK, callback, Labels.GENERATION, generation);
        }
    }

    /** Asks the cluster only where the number of a callback's instances has changed. */
    synchronized void look(Collection<InstancePod> pods) {
        var known = applied == null ? present() : applied;
        applied = known;
        var wanted = wanted(pods);
        for (var fellows : List.copyOf(known.keySet())) {
            if (!wanted.containsKey(fellows)) {
                remove(fellows);
                known.remove(fellows);
            }
        }
        wanted.forEach(
                (fellows, least) -> {
                    if (!least.equals(known.get(fellows))) {
                        apply(fellows, least);
                        known.put(fellows, least);
                    }
                });
    }

    /** The cluster was away: looks at what there is before it compares again. */
    synchronized void doubt() {
        applied = null;
    }

    private static Map<Fellows, Long> wanted(Collection<InstancePod> pods) {
        return pods.stream()
                .filter(InstancePod::isAlive)
                .collect(groupingBy(p -> Fellows.of(p.pod().getMetadata().getLabels()), counting()))
                .entrySet()
                .stream()
                .filter(each -> each.getValue() > 1)
                .collect(toMap(Map.Entry::getKey, each -> each.getValue() - 1));
    }

    private Map<Fellows, Long> present() {
        var all =
                Calls.ask(
                        "list disruption budgets",
                        () ->
                                cluster.client()
                                        .policy()
                                        .v1()
                                        .podDisruptionBudget()
                                        .withLabels(labels.ours(PodRequest.ROLE))
                                        .list()
                                        .getItems());
        return all.stream()
                .collect(
                        toMap(
                                budget -> Fellows.of(budget.getMetadata().getLabels()),
                                budget -> (long) budget.getSpec().getMinAvailable().getIntVal(),
                                Math::min,
                                HashMap::new));
    }

    private void apply(Fellows fellows, long minAvailable) {
        Calls.ask(
                "keep all but one of the instances of callback " + fellows.callback(),
                () ->
                        cluster.client()
                                .policy()
                                .v1()
                                .podDisruptionBudget()
                                .resource(budget(fellows, Math.toIntExact(minAvailable)))
                                .fieldManager(KubernetesCluster.FIELD_MANAGER)
                                .forceConflicts()
                                .serverSideApply());
    }

    /** Of pods without a controller a cluster keeps a number, not a share. */
    private PodDisruptionBudget budget(Fellows fellows, int minAvailable) {
        return new PodDisruptionBudgetBuilder()
                .withNewMetadata()
                .withName(name(fellows))
                .withLabels(labels.of(PodRequest.ROLE, fellows.labels()))
                .endMetadata()
                .withNewSpec()
                .withNewMinAvailable(minAvailable)
                .withNewSelector()
                .addToMatchLabels(labels.ours(PodRequest.ROLE))
                .addToMatchLabels(fellows.labels())
                .endSelector()
                .endSpec()
                .build();
    }

    private String name(Fellows fellows) {
        return "callbacks-%s-%s-%s"
                .formatted(labels.prefix(), fellows.callback(), fellows.generation());
    }

    private void remove(Fellows fellows) {
        Calls.ask(
                "keep the instances of callback " + fellows.callback() + " no more",
                () ->
                        cluster.client()
                                .policy()
                                .v1()
                                .podDisruptionBudget()
                                .withName(name(fellows))
                                .delete());
    }
}

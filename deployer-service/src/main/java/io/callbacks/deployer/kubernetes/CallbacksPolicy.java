package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.kubernetes.KubernetesProperties.Invokers;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.kubernetes.Permission;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPortBuilder;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may call this installation's pods, and where they may connect to: one policy for all of them,
 * which counts where the cluster enforces such.
 */
final class CallbacksPolicy {
    /** All that is asked of the cluster here. */
    static final List<Permission> NEEDED =
            Permission.of("networking.k8s.io", "networkpolicies", "create", "patch");

    static final String LIMITATION =
            "Callbacks are kept from private addresses by NetworkPolicies, where the cluster enforces them; see that its network plug-in does.";

    private static final List<String> PRIVATE_4 =
            List.of(
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.168.0.0/16");
    private static final List<String> PRIVATE_6 = List.of("fc00::/7", "fe80::/10");
    private static final Pattern IPV4 = Pattern.compile("[0-9.]+");

    private final KubernetesCluster cluster;
    private final Labels labels;
    private final KubernetesProperties properties;
    private @Nullable NetworkPolicy applied;

    CallbacksPolicy(KubernetesCluster cluster, Labels labels, KubernetesProperties properties) {
        this.cluster = cluster;
        this.labels = labels;
        this.properties = properties;
    }

    /**
     * Makes it as it should be, if this life of the deployer has not done so yet.
     *
     * @param layers where pods fetch their layers; empty if that is not known yet
     */
    synchronized void ensure(Optional<URI> layers) {
        var wanted = policy(layers);
        if (!wanted.equals(applied)) {
            apply(wanted);
            applied = wanted;
        }
    }

    /** Makes it again the next time: somebody may have changed it. */
    synchronized void doubt() {
        applied = null;
    }

    private void apply(NetworkPolicy wanted) {
        Calls.ask(
                "make the NetworkPolicy of callbacks",
                () ->
                        cluster.client()
                                .network()
                                .v1()
                                .networkPolicies()
                                .resource(wanted)
                                .fieldManager(KubernetesCluster.FIELD_MANAGER)
                                .forceConflicts()
                                .serverSideApply());
    }

    private NetworkPolicy policy(Optional<URI> layers) {
        return new NetworkPolicyBuilder()
                .withNewMetadata()
                .withName("callbacks-" + labels.prefix())
                .withLabels(labels.of("network", Map.of()))
                .endMetadata()
                .withNewSpec()
                .withNewPodSelector()
                .withMatchLabels(labels.ours())
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress")
                .withIngress(ingress())
                .withEgress(egress(layers))
                .endSpec()
                .build();
    }

    // --- in

    private NetworkPolicyIngressRule ingress() {
        return new NetworkPolicyIngressRuleBuilder()
                .withFrom(callers())
                .withPorts(port("TCP", PodRequest.PORT))
                .build();
    }

    /** Nobody in particular is anybody. */
    private List<NetworkPolicyPeer> callers() {
        var invokers = properties.invokers();
        var callers = new ArrayList<>(invokers.cidrs().stream().map(CallbacksPolicy::all).toList());
        if (!invokers.namespaces().isEmpty() || !invokers.pods().isEmpty()) {
            callers.add(pods(invokers));
        }
        return callers;
    }

    private static NetworkPolicyPeer pods(Invokers invokers) {
        var peer =
                new NetworkPolicyPeerBuilder()
                        .withNewPodSelector()
                        .withMatchLabels(invokers.pods())
                        .endPodSelector();
        return invokers.namespaces().isEmpty()
                ? peer.build()
                : peer.withNewNamespaceSelector()
                        .withMatchLabels(invokers.namespaces())
                        .endNamespaceSelector()
                        .build();
    }

    // --- out

    private List<NetworkPolicyEgressRule> egress(Optional<URI> layers) {
        var rules = new ArrayList<NetworkPolicyEgressRule>();
        rules.add(egress(List.of(), List.of(port("UDP", 53), port("TCP", 53))));
        rules.add(
                egress(
                        List.of(allBut("0.0.0.0/0", PRIVATE_4), allBut("::/0", PRIVATE_6)),
                        List.of()));
        layers.ifPresent(url -> rules.add(egress(peers(url), List.of(port("TCP", portOf(url))))));
        if (!properties.open().isEmpty()) {
            rules.add(
                    egress(
                            properties.open().stream().map(CallbacksPolicy::all).toList(),
                            List.of()));
        }
        return rules;
    }

    private static NetworkPolicyEgressRule egress(
            List<NetworkPolicyPeer> to, List<NetworkPolicyPort> ports) {
        return new NetworkPolicyEgressRuleBuilder().withTo(to).withPorts(ports).build();
    }

    /** A policy knows addresses alone; by name it is the port that is let through. */
    private static List<NetworkPolicyPeer> peers(URI url) {
        var host = url.getHost();
        var isAddress = host.startsWith("[") || IPV4.matcher(host).matches();
        return isAddress ? List.of(all(network(address(host)))) : List.of();
    }

    private static int portOf(URI url) {
        if (url.getPort() > 0) {
            return url.getPort();
        }
        return "https".equals(url.getScheme()) ? 443 : 80;
    }

    private NetworkPolicyPeer allBut(String all, List<String> closed) {
        var isIpv4 = IPV4.matcher(all.substring(0, all.indexOf('/'))).matches();
        var more =
                Stream.concat(properties.closed().stream(), apiServer())
                        .filter(network -> isIpv4 == (network.indexOf(':') < 0));
        return new NetworkPolicyPeerBuilder()
                .withNewIpBlock()
                .withCidr(all)
                .withExcept(Stream.concat(closed.stream(), more).distinct().toList())
                .endIpBlock()
                .build();
    }

    /** As the deployer knows it; pods that look for it find it at a private address. */
    private Stream<String> apiServer() {
        try {
            return Arrays.stream(InetAddress.getAllByName(cluster.address().getHost()))
                    .map(CallbacksPolicy::network)
                    .sorted();
        } catch (UnknownHostException e) {
            return Stream.empty(); // somebody else resolves it: a proxy
        }
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + literal, e);
        }
    }

    private static String network(InetAddress address) {
        return address.getHostAddress() + (address instanceof Inet4Address ? "/32" : "/128");
    }

    private static NetworkPolicyPeer all(String cidr) {
        return new NetworkPolicyPeerBuilder().withNewIpBlock().withCidr(cidr).endIpBlock().build();
    }

    private static NetworkPolicyPort port(String protocol, int port) {
        return new NetworkPolicyPortBuilder().withProtocol(protocol).withNewPort(port).build();
    }
}

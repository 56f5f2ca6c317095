/** Access to a Kubernetes cluster: its client, and whether it can be used. */
@NullMarked
package io.callbacks.kubernetes;

import org.jspecify.annotations.NullMarked;

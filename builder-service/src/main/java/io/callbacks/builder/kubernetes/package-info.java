/** Installs dependencies by Jobs of a Kubernetes cluster. */
@NullMarked
package io.callbacks.builder.kubernetes;

import org.jspecify.annotations.NullMarked;

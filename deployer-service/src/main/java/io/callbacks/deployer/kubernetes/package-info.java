/** Runs instances as pods of a Kubernetes cluster. */
@NullMarked
package io.callbacks.deployer.kubernetes;

import org.jspecify.annotations.NullMarked;

@NullMarked
package io.callbacks.deployer.rollout;

import org.jspecify.annotations.NullMarked;

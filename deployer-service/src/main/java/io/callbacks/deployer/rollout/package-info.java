/** Brings what runs to what should run, on whatever platform. */
@NullMarked
package io.callbacks.deployer.rollout;

import org.jspecify.annotations.NullMarked;

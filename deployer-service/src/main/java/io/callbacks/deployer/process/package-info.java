/** Runs instances as processes of this machine. */
@NullMarked
package io.callbacks.deployer.process;

import org.jspecify.annotations.NullMarked;

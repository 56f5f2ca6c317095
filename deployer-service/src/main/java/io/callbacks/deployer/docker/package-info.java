/** Runs instances as containers of a Docker engine. */
@NullMarked
package io.callbacks.deployer.docker;

import org.jspecify.annotations.NullMarked;

/** Access to a Docker engine: its clients, and whether it can be used. */
@NullMarked
package io.callbacks.docker;

import org.jspecify.annotations.NullMarked;

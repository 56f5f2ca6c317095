/** The registry: callbacks, their revisions and sealed env, and what is known of their state. */
@NullMarked
package io.callbacks.registry;

import org.jspecify.annotations.NullMarked;

/** Calls by event, asked after over HTTP: their state, their results, and those that failed. */
@NullMarked
package io.callbacks.registry.invocation;

import org.jspecify.annotations.NullMarked;

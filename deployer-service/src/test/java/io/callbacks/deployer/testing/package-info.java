/** The world around a deployer: a broker, a store, what registry and builder would do. */
@NullMarked
package io.callbacks.deployer.testing;

import org.jspecify.annotations.NullMarked;

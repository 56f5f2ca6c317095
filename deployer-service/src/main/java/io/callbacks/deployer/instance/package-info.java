/** What an instance says and is told, the same on every platform. */
@NullMarked
package io.callbacks.deployer.instance;

import org.jspecify.annotations.NullMarked;

/** The deployer: runs callbacks and tells where they answer. */
@NullMarked
package io.callbacks.deployer;

import org.jspecify.annotations.NullMarked;

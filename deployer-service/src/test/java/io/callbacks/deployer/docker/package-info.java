@NullMarked
package io.callbacks.deployer.docker;

import org.jspecify.annotations.NullMarked;

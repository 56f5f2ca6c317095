@NullMarked
package io.callbacks.deployer.kubernetes;

import org.jspecify.annotations.NullMarked;

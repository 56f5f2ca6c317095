/** Run logs: what functions wrote. */
@NullMarked
package io.callbacks.deployer.log;

import org.jspecify.annotations.NullMarked;

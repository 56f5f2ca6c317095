/** Which platform this is, among all that use the same engine or cluster. */
@NullMarked
package io.callbacks.service.installation;

import org.jspecify.annotations.NullMarked;

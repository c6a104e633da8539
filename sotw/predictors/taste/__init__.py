"""What a listener likes as tags, which artists stay liked, and what there is to discover."""

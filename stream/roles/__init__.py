"""What each role puts into its Faust app; imported only by the worker of that role, so that it starts quickly."""

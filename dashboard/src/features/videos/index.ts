// What other features and the routes may use of videos.
export { useDeleteVideo } from './delete-video'
export { UploadButton } from './upload-panel'
export { VideoCard } from './video-card'
export { VIDEO_GRID, ALL_VIDEOS, VideosPage, type VideosView, WaitingCards } from './videos-page'
